export declare function digitsOf(text: string, length?: number): string;
