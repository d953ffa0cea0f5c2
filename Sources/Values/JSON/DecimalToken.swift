/// A number as it is written in decimal: `digits × 10^exponent`, without zeros at either end of the digits, so that equal values are
/// equal.
package struct DecimalToken: Equatable {
    private let isNegative: Bool
    /// Bytes of ASCII; none for zero.
    private let digits: [UInt8]
    private let exponent: Int

    /// Reads the text of a number in JSON, YAML or ECMAScript; the caller has checked its grammar.
    package init(_ text: some Sequence<UInt8>) {
        var digits: [UInt8] = []
        var (isNegative, isBehindPoint, isExponent, isNegativeExponent) = (false, false, false, false)
        var (scale, power) = (0, 0)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): if isExponent { isNegativeExponent = true } else { isNegative = true }
            case UInt8(ascii: "."): isBehindPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isExponent {
                    // Far beyond what any digits of a text could make up for.
                    if power < 1 << 40 { power = power * 10 + Int(byte - UInt8(ascii: "0")) }
                } else {
                    if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
                    if isBehindPoint { scale += 1 }
                }
            default: break
            }
        }
        var exponent = (isNegativeExponent ? -power : power) - scale
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
        self.isNegative = !digits.isEmpty && isNegative
    }

    package var isWhole: Bool { exponent >= 0 }

    /// Whether the text is a whole number that reads as another one in JavaScript, whose numbers are doubles.
    package static func isChangedInteger(_ text: some Collection<UInt8>, readAs number: Double) -> Bool {
        // Up to 15 digits go through a double unchanged.
        guard !number.isFinite || text.reduce(0, { $0 + ($1.isASCIIDigit ? 1 : 0) }) > 15 else {
            return false
        }
        let written = DecimalToken(text)
        return written.isWhole && (!number.isFinite || written != DecimalToken(number.ecmaScriptText.utf8))
    }
}
