/** What people choose most, from 8 characters on: first guesses of whoever tries passwords. In lower case. */
const MOST_USED = new Set(
  `
  00000000 000000000 0000000000 0000000a 0123456789 0987654321 10101010 11111111 111111111 1111111111 1111111a 11223344 1122334455
  12121212 12312312 123123123 123321123 12341234 12344321 123454321 123456123 12345678 123456789 1234567890 1234567890a 1234567890q
  12345678910 123456789a 123456789q 12345678a 12345678q 1234567a 12345qwert 1234abcd 1234qwer 123abc123 123qwerty 13131313 147258369
  159357159 1a1a1a1a 1a2b3c4d 1q1q1q1q 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx 1qazxsw2 1qw23er4 22222222
  33333333 44444444 55555555 66666666 69696969 741852963 77777777 789456123 87654321 88888888 888888888 987456321 987654321 9876543210
  99999999 999999999 a1234567 a12345678 a123456789 a1a1a1a1 a1b2c3d4 a1s2d3f4 aa123456 aa12345678 aaaaaaaa aaaaaaaaaa abababab abc12345
  abc123456 abc123abc abcabcabc abcd1234 abcd12345 abcdefg1 abcdefgh abcdefghi access14 admin123 admin123! admin1234 admin12345
  admin123456 admin2023 admin2024 admin2025 admin2026 admin@123 adminadmin administrator alexander alexandra andrew123 android1
  angel123 angels123 anthony1 arsenal1 asd123456 asdasdasd asdf1234 asdfasdf asdfgh123 asdfghjk asdfghjkl asdqwe123 asdzxc123 ashley123
  asshole1 autumn2024 autumn2025 autumn2026 azertyui azertyuiop babygirl babygirl1 bailey123 barcelona baseball baseball1 basketball
  batman123 bienvenue bigdaddy1 blessed1 blink182 bullshit business1 buster123 butterfly changeit changeme changeme1 changeme123
  charlie1 charlie123 cheese123 chelsea1 chocolate chocolate1 christian company1 company123 computer computer1 contraseña cookie123
  correcthorsebatterystaple corvette cowboys1 creative creative1 daniel123 december default1 defaultpassword diamond1 donttellanyone
  dragon01 dragon1! dragon12 dragon123 dragon123! dragon1234 dragon12345 dragon123456 dragon2023 dragon2024 dragon2025 dragon2026
  dragonball eagles123 einstein elizabeth facebook facebook1 february ferrari1 flower123 football football! football01 football1
  football1! football12 football123 football123! football1234 football12345 football123456 football2023 football2024 football2025
  football2026 fortnite freedom1 friday123 fuckyou! fuckyou1 fuckyou123 ginger123 godisgood google123 guest123 guestguest hannah123
  happy123 haslo123 hello123 hello1234 hellohello helloworld heslo1234 hockey123 ihateyou ilovegod iloveyou iloveyou! iloveyou01
  iloveyou1 iloveyou1! iloveyou12 iloveyou123 iloveyou123! iloveyou1234 iloveyou12345 iloveyou123456 iloveyou2 iloveyou2023
  iloveyou2024 iloveyou2025 iloveyou2026 instagram internet internet1 internet123 iphone123 january1 jennifer jessica1 jesus123
  jesuschrist jordan23 killer123 lakers24 letmein! letmein01 letmein1 letmein1! letmein12 letmein123 letmein123! letmein1234
  letmein12345 letmein123456 letmein2023 letmein2024 letmein2025 letmein2026 letmeinn linkedin liverpool liverpool1 lkjhgfdsa lovelove
  loveme123 loveyou1 m123456789 manager1 manchester master01 master1! master12 master123 master123! master1234 master12345 master123456
  master2023 master2024 master2025 master2026 matthew1 meeting123 meetingroom meetingrooms mercedes michael1 michelle microsoft
  midnight minecraft mnbvcxz1 monday123 monkey01 monkey1! monkey12 monkey123 monkey123! monkey1234 monkey12345 monkey123456 monkey2023
  monkey2024 monkey2025 monkey2026 moonlight motdepasse motherfucker mustang1 mypassword newpassword nicholas nintendo noidea123
  nopassword november october1 office123 operator p@ssw0rd p@ssw0rd1 p@ssw0rd123 p@ssword p@ssword1 p@ssword123 pa$$w0rd pa$$word
  parola123 pass1234 pass12345 passpass passw0rd passw0rd1 passw0rd123 password password! password01 password1 password1! password12
  password123 password123! password1234 password12345 password123456 password2023 password2024 password2025 password2026 password@123
  passwort passwort1 pepper123 playstation poiuytrewq pokemon1 pokemon123 porsche1 princess princess! princess01 princess1 princess1!
  princess12 princess123 princess123! princess1234 princess12345 princess123456 princess2023 princess2024 princess2025 princess2026
  q123456789 q1q1q1q1 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qaz123456 qazwsx123 qazwsxedc qqqqqqqq qwaszx12 qwaszx123 qwe123456 qweasd123
  qweasdzxc qweqweqwe qwer1234 qwer12345 qwerty01 qwerty1! qwerty12 qwerty123 qwerty123! qwerty1234 qwerty12345 qwerty123456 qwerty2023
  qwerty2024 qwerty2025 qwerty2026 qwertyqwerty qwertyui qwertyuiop qwertz123 qwertzuiop rainbow1 realmadrid roblox123 rooms1234
  root1234 rootroot s123456789 salasana samantha samsung1 samsung123 scooby123 secret123 secretsecret senha123 september sexysexy
  shadow01 shadow1! shadow12 shadow123 shadow123! shadow1234 shadow12345 shadow123456 shadow2023 shadow2024 shadow2025 shadow2026
  smartmeetingrooms snoopy123 soccer123 softball1 spiderman spring2024 spring2025 spring2026 starwars starwars1 steelers stephanie
  summer123 summer2024 summer2025 summer2026 sunshine sunshine! sunshine01 sunshine1 sunshine1! sunshine12 sunshine123 sunshine123!
  sunshine1234 sunshine12345 sunshine123456 sunshine2023 sunshine2024 sunshine2025 sunshine2026 superman superman! superman01 superman1
  superman1! superman12 superman123 superman123! superman1234 superman12345 superman123456 superman2023 superman2024 superman2025
  superman2026 temp1234 temporary tennis123 test1234 test12345 tester123 testing1 testing123 testtest thepassword thisisapassword
  tigger123 toor1234 topsecret trustno1 twitter1 user1234 username usernames victoria w123456789 wachtwoord welcome! welcome01 welcome1
  welcome1! welcome12 welcome123 welcome123! welcome1234 welcome12345 welcome123456 welcome2023 welcome2024 welcome2025 welcome2026
  welcome@123 whatever whatever1 willkommen windows1 winter123 winter2024 winter2025 winter2026 wwwwwwww xxxxxxxx yankees1 youtube1
  z123456789 zaq12wsx zaq1xsw2 zaq1zaq1 zxasqw12 zxcvbnm, zxcvbnm1 zxcvbnm123 zxcvzxcv zzzzzzzz
`.split(/\s+/),
);

/** Whether a password is one of those that are tried first (SP 800-63B-4 §3.1.1.2), in any case and width. */
export const isCommonPassword = (password: string): boolean => MOST_USED.has(password.normalize("NFKC").toLowerCase());
