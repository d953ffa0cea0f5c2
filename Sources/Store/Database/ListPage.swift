import GRDB

/// Consecutive items of a list, as many as a page may hold.
package struct ListPage<Item: Sendable>: Sendable, RandomAccessCollection {
    package var items: [Item]
    /// Whether the list goes on behind the last one.
    package var hasMore: Bool

    package init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }

    package var startIndex: Int { items.startIndex }
    package var endIndex: Int { items.endIndex }
    package subscript(position: Int) -> Item { items[position] }
}

extension ListPage {
    /// Reads row by row and stops at the limit, so that no more than the limit and one row are ever held.
    init(_ rows: RowCursor, limit: PageLimit, item: (Row) throws -> Item?) throws {
        self.init(items: [], hasMore: false)
        var bytes = 0
        while let row = try rows.next() {
            let size = row.byteCount
            guard items.count < limit.items, items.isEmpty || size <= limit.bytes - bytes else {
                hasMore = true
                return
            }
            bytes += size
            if let item = try item(row) { items.append(item) }
        }
    }
}

extension Row {
    /// Bytes of text and blobs in all columns.
    var byteCount: Int {
        reduce(0) { count, column in
            switch column.1.storage {
            case .string(let text): count + text.utf8.count
            case .blob(let data): count + data.count
            case .null, .int64, .double: count
            }
        }
    }
}
