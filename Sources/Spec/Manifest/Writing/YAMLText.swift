import Values
import YAML

/// Text as a YAML scalar that reads back identically, here and in readers of YAML 1.1.
enum YAMLText {
    /// Plain where nothing could take it for anything else, else in double quotes.
    static func scalar(_ text: String) -> String { isPlain(text) ? text : doubleQuoted(text) }

    private static func isPlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 200,
            first.isASCIIAlphanumeric || first == UInt8(ascii: "/") || first == UInt8(ascii: "_")
        else { return false }
        for (position, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: ":"): guard position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: " ") else { return false }
            case UInt8(ascii: " "):
                guard position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "#"), bytes[position + 1] != UInt8(ascii: " ") else {
                    return false
                }
            case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "+"),
                UInt8(ascii: "="),
                UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "'"), UInt8(ascii: ";"),
                UInt8(ascii: "*"):
                break
            default: guard byte.isASCIIAlphanumeric else { return false }
            }
        }
        return CoreSchema.isText(bytes) && !looksTypedInYAML11(text)
    }

    /// Booleans, and numbers with separators or sexagesimal parts (YAML 1.1's type repository).
    private static func looksTypedInYAML11(_ text: String) -> Bool {
        if ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(text.lowercased()) { return true }
        return text.utf8.allSatisfy {
            $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
    }

    static func doubleQuoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            default:
                if scalar.isPrintable, scalar.value != 0xFEFF {
                    quoted.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    let (letter, width) = scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
                    quoted += "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
                }
            }
        }
        return quoted + "\""
    }
}
