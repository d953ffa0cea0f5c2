/// A few names as bytes, one behind the other, so that a key is looked up without making a string of it.
package struct NameTable: Sendable {
    private let bytes: [UInt8]
    private let entries: [(offset: Int, count: Int)]

    package init(_ names: [String]) {
        var bytes: [UInt8] = []
        var entries: [(offset: Int, count: Int)] = []
        for name in names {
            entries.append((bytes.count, name.utf8.count))
            bytes += name.utf8
        }
        self.bytes = bytes
        self.entries = entries
    }

    /// The position of the name with the bytes that stand in `text` from `offset` on.
    ///
    /// - Parameter start: where the search begins; it goes around, for keys mostly stand in the order of the table.
    package func position(of text: [UInt8], from offset: Int, count: Int, startingAt start: Int = 0) -> Int? {
        let (mine, others) = (bytes.span, text.span)
        var position = start
        for _ in entries.indices {
            if position >= entries.count { position = 0 }
            let entry = entries[position]
            if entry.count == count {
                // Without a way out of the loop the compiler compares many bytes at a time.
                var difference: UInt8 = 0
                for index in 0..<count { difference |= mine[entry.offset + index] ^ others[offset + index] }
                if difference == 0 { return position }
            }
            position += 1
        }
        return nil
    }
}
