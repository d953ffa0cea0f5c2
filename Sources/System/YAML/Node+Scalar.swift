import Values

/// What a scalar means under the core schema of YAML 1.2 (§ 10.3.2).
package enum Scalar: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number that is not whole, or whole and beyond `Int`.
    case float(Double)
    case string
}

extension Node {
    /// The meaning of a scalar; nil for a collection, and for a tag that its content does not fit or that the schema lacks.
    ///
    /// Only plain scalars are anything but text, and `no`, `on`, `1_000`, `12:30` are text: those were YAML 1.1's.
    package var scalar: Scalar? {
        let record = record
        guard record.kind == .scalar else { return nil }
        if record.hasProperties, let tag { return tagged(tag) }
        return record.style == .plain ? CoreSchema.meaning(of: utf8) : .string
    }

    private func tagged(_ tag: String) -> Scalar? {
        let meaning = CoreSchema.meaning(of: utf8)
        switch (tag, meaning) {
        case ("!", _), ("tag:yaml.org,2002:str", _): return .string
        case ("tag:yaml.org,2002:null", .null), ("tag:yaml.org,2002:bool", .bool), ("tag:yaml.org,2002:int", .integer): return meaning
        case ("tag:yaml.org,2002:float", .integer(let value)): return .float(Double(value))
        case ("tag:yaml.org,2002:float", .float): return meaning
        default: return nil
        }
    }
}

/// The regular expressions of § 10.3.2, by hand: one look at the first byte settles almost every scalar.
package enum CoreSchema {
    /// Whether a plain scalar of these bytes is text.
    package static func isText(_ bytes: [UInt8]) -> Bool { meaning(of: bytes[...]) == .string }

    static func meaning(of text: ArraySlice<UInt8>) -> Scalar {
        guard let first = text.first else { return .null }
        switch first {
        case UInt8(ascii: "~"): return text.count == 1 ? .null : .string
        case UInt8(ascii: "n"), UInt8(ascii: "N"):
            return matches(text, "null", "Null", "NULL") ? .null : .string
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return matches(text, "true", "True", "TRUE") ? .bool(true) : .string
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return matches(text, "false", "False", "FALSE") ? .bool(false) : .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return number(text)
        default: return .string
        }
    }

    private static func matches(_ text: ArraySlice<UInt8>, _ spellings: StaticString...) -> Bool {
        text.count <= 5 && spellings.contains { $0.utf8CodeUnitCount == text.count && text.elementsEqual($0.description.utf8) }
    }

    private static func number(_ text: ArraySlice<UInt8>) -> Scalar {
        if text.count > 2, text.first == UInt8(ascii: "0") {
            let digits = String(decoding: text.dropFirst(2), as: UTF8.self)
            switch text[text.startIndex + 1] {
            case UInt8(ascii: "o") where digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }:
                return Int(digits, radix: 8).map(Scalar.integer) ?? .string
            case UInt8(ascii: "x") where digits.utf8.allSatisfy { $0.hexDigitValue != nil }:
                return Int(digits, radix: 16).map(Scalar.integer) ?? .string
            default: break
            }
        }
        var rest = text
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if matches(rest, ".inf", ".Inf", ".INF") {
            return .float(text.first == UInt8(ascii: "-") ? -.infinity : .infinity)
        }
        if matches(text, ".nan", ".NaN", ".NAN") { return .float(.nan) }
        let whole = takeDigits(&rest)
        var isWhole = true
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            isWhole = false
            rest.removeFirst()
            fraction = takeDigits(&rest)
        }
        guard whole + fraction > 0 else { return .string }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            isWhole = false
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            guard takeDigits(&rest) > 0 else { return .string }
        }
        guard rest.isEmpty else { return .string }
        let lexeme = String(decoding: text, as: UTF8.self)
        if isWhole, let value = Int(lexeme) { return .integer(value) }
        return Double(lexeme.last == "." ? lexeme + "0" : lexeme).map(Scalar.float) ?? .string
    }

    private static func takeDigits(_ text: inout ArraySlice<UInt8>) -> Int {
        var count = 0
        while let digit = text.first, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") {
            text.removeFirst()
            count += 1
        }
        return count
    }
}
