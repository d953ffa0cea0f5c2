/// What a byte is as ASCII, whatever the locale: the classes of which grammars and rules of names are made.
extension UInt8 {
    @inlinable package var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    @inlinable package var isASCIIUppercase: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    @inlinable package var isASCIILowercase: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    @inlinable package var isASCIILetter: Bool { (self | 0x20).isASCIILowercase }
    @inlinable package var isASCIIAlphanumeric: Bool { isASCIIDigit || isASCIILetter }

    /// `a` for `A`; every other byte as it is.
    @inlinable package var lowercasedASCII: UInt8 { isASCIIUppercase ? self | 0x20 : self }

    /// What the byte stands for as a hexadecimal digit in either case; nil for another.
    @inlinable package var hexDigitValue: UInt8? {
        if isASCIIDigit { return self - UInt8(ascii: "0") }
        let lower = self | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f") ? lower - UInt8(ascii: "a") + 10 : nil
    }
}
