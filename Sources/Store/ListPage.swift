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

extension Connection {
    /// Reads row by row and stops at the limit, so that no more than the limit and one row are made into items.
    func page<Item>(
        _ sql: SQL, _ arguments: SQLArguments, limit: PageLimit, item: (Row) throws -> Item?
    ) throws -> ListPage<Item> {
        var page = ListPage<Item>(items: [], hasMore: false)
        var bytes = 0
        func take(_ row: Row) throws -> Bool {
            let size = row.byteCount
            guard page.items.count < limit.items, page.items.isEmpty || size <= limit.bytes - bytes else {
                page.hasMore = true
                return false
            }
            bytes += size
            if let item = try item(row) { page.items.append(item) }
            return true
        }
        if limit.bytes == .max { try forEach(sql, arguments, take) } else { try scan(sql, arguments, take) }
        return page
    }
}
