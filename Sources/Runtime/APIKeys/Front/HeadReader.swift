import Values

/// A position in the head of a request, and the steps that a strict reader takes from it.
struct HeadReader {
    var position = 0
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    struct Field {
        var name: Range<Int>
        /// Without the white space around it.
        var value: Range<Int>
    }

    func next(_ bytes: Swift.Span<UInt8>) -> UInt8? {
        position < limit ? bytes[position] : nil
    }

    /// Steps over exactly these ASCII characters, or stays.
    mutating func take(_ text: String, _ bytes: Swift.Span<UInt8>) -> Bool {
        let count = text.utf8.count
        guard position + count <= limit else { return false }
        var index = position
        for byte in text.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        position = index
        return true
    }

    /// A whole field line with its CRLF; nil for one with a folded, empty or odd name, a control or non-ASCII character in
    /// the value, another line end, or no end yet.
    mutating func field(_ bytes: Swift.Span<UInt8>) -> Field? {
        let start = position
        while let byte = next(bytes), Self.isNameByte(byte) { position += 1 }
        let name = start..<position
        guard !name.isEmpty, next(bytes) == UInt8(ascii: ":") else { return nil }
        position += 1
        while let byte = next(bytes), byte == 0x20 || byte == 0x09 { position += 1 }
        let valueStart = position
        var valueEnd = position
        while let byte = next(bytes), (0x20...0x7E).contains(byte) || byte == 0x09 {
            position += 1
            if byte != 0x20 && byte != 0x09 { valueEnd = position }
        }
        guard position + 1 < limit, bytes[position] == 0x0D, bytes[position + 1] == 0x0A else { return nil }
        position += 2
        return Field(name: name, value: valueStart..<valueEnd)
    }

    /// Whether the bytes are this text, which is in lower case, letters of either case being the same.
    func matches(_ range: Range<Int>, _ text: String, _ bytes: Swift.Span<UInt8>) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            guard bytes[index].lowercasedASCII == byte else { return false }
            index += 1
        }
        return true
    }

    func text(_ range: Range<Int>, _ bytes: Swift.Span<UInt8>) -> String {
        // Only ASCII passes `field` and `isScopeByte`, so nothing is repaired here.
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for index in range { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
