/// How much of a list is read at once.
package struct PageLimit: Sendable, Equatable, ExpressibleByIntegerLiteral {
    package var items: Int
    /// What the columns of all rows may hold together; the first row is read whatever it holds.
    package var bytes: Int

    package init(items: Int, bytes: Int = .max) {
        self.items = items
        self.bytes = bytes
    }

    package init(integerLiteral items: Int) { self.init(items: items) }

    /// One more than is shown, which tells whether more follow.
    var rows: Int { items == .max ? items : items + 1 }
}
