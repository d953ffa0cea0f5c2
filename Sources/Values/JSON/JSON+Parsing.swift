extension JSON {
    /// How deep arrays and objects may nest; keeps the recursion of reader and writer bounded.
    package static let maximumDepth = 64

    /// Reads exactly one value (RFC 8259), with nothing but white space around it.
    ///
    /// - Parameters:
    ///   - refusesUnsafeIntegers: whether a whole number whose digits a double cannot hold is an error, with or without a fraction
    ///     or exponent in its text.
    ///   - refusesDuplicateKeys: whether an object that names a member twice is an error, as in tokens (RFC 7515 § 4).
    package init(
        parsing text: some Collection<UInt8>, refusesUnsafeIntegers: Bool = false, refusesDuplicateKeys: Bool = false
    ) throws(JSONSyntaxError) {
        var reader = JSONReader(
            bytes: Array(text), refusesUnsafeIntegers: refusesUnsafeIntegers, refusesDuplicateKeys: refusesDuplicateKeys)
        self = try reader.document()
    }

    package init(parsing text: String, refusesUnsafeIntegers: Bool = false) throws(JSONSyntaxError) {
        try self.init(parsing: text.utf8, refusesUnsafeIntegers: refusesUnsafeIntegers)
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let refusesUnsafeIntegers: Bool
    let refusesDuplicateKeys: Bool
    var position = 0
    /// Keys and indices from the root to the value being read, for the one error that names a path.
    var path: [String] = []

    init(bytes: [UInt8], refusesUnsafeIntegers: Bool, refusesDuplicateKeys: Bool) {
        self.bytes = bytes
        self.refusesDuplicateKeys = refusesDuplicateKeys
        self.refusesUnsafeIntegers = refusesUnsafeIntegers
    }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error(.trailingText) }
        return value
    }

    private func error(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: position)
    }

    private mutating func skipSpace() {
        while position < bytes.count,
            bytes[position] == 0x20 || bytes[position] == 0x0A || bytes[position] == 0x0D || bytes[position] == 0x09
        {
            position += 1
        }
    }

    private mutating func expect(_ text: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        for byte in text.description.utf8 {
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[position] == byte else { throw error(.unexpectedByte) }
            position += 1
        }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
        guard depth <= JSON.maximumDepth else { throw error(.tooDeep) }
        skipSpace()
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try expect("true", true)
        case UInt8(ascii: "f"): return try expect("false", false)
        case UInt8(ascii: "n"): return try expect("null", nil)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw error(.unexpectedByte)
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var object = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(object) }
        while true {
            skipSpace()
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            let key = try string()
            if refusesDuplicateKeys, object[key] != nil { throw error(.duplicateKey(key)) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error(position < bytes.count ? .unexpectedByte : .unexpectedEnd) }
            if refusesUnsafeIntegers { path.append(key) }
            object[key] = try value(depth: depth + 1)
            if refusesUnsafeIntegers { path.removeLast() }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "}")) { return .object(object) }
            throw error(position < bytes.count ? .unexpectedByte : .unexpectedEnd)
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var values: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            if refusesUnsafeIntegers { path.append(String(values.count)) }
            values.append(try value(depth: depth + 1))
            if refusesUnsafeIntegers { path.removeLast() }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "]")) { return .array(values) }
            throw error(position < bytes.count ? .unexpectedByte : .unexpectedEnd)
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func number() throws(JSONSyntaxError) -> Double {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[position - whole] != UInt8(ascii: "0") else { throw error(.invalidNumber) }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw error(.invalidNumber) }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw error(.invalidNumber) }
        }
        let lexeme = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Double(lexeme) else { throw error(.invalidNumber) }
        if refusesUnsafeIntegers {
            let isBeyond = isInteger && number.magnitude > 9_007_199_254_740_992
            if isBeyond || DecimalToken.isChangedInteger(bytes[start..<position], readAs: number) {
                throw error(.unsafeInteger(path: path.joined(separator: ".")))
            }
        }
        guard number.isFinite else { throw error(.invalidNumber) }
        return number
    }

    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, bytes[position].isASCIIDigit { position += 1 }
        return position - start
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var content: [UInt8] = []
        var start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                content += bytes[start..<position]
                guard let text = String(validating: content, as: UTF8.self) else { throw error(.invalidUTF8) }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                content += bytes[start..<position]
                content += try escape()
                start = position
            case 0x00..<0x20:
                throw error(.controlCharacter)
            default:
                position += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        position += 1
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        let kind = bytes[position]
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [kind]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            position -= 1
            throw error(.invalidEscape)
        }
    }

    /// The four digits behind `\u`, and a second escape where the first is the high half of a pair.
    private mutating func unicodeEscape() throws(JSONSyntaxError) -> [UInt8] {
        var code = try fourHexDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw error(.loneSurrogate) }
            let low = try fourHexDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw error(.loneSurrogate) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error(.loneSurrogate) }
        return Array(String(scalar).utf8)
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw error(.unexpectedEnd) }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = bytes[position].hexDigitValue else { throw error(.invalidEscape) }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
