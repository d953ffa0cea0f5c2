/// What came of a copy: every table on both sides.
package struct CopyReport: Sendable, Hashable {
    package struct Table: Sendable, Hashable {
        package var name: String
        package var source: TableDigest
        package var target: TableDigest

        package var isEqual: Bool { source == target }
    }

    /// In the order in which they are copied.
    package var tables: [Table]
    /// Whether the target was a finished copy before, so that it was compared and nothing written.
    package var wasFinished: Bool

    /// Whether both sides have the same rows. Where they have not, the target stays marked as unfinished, unless it was finished before.
    package var isEqual: Bool { tables.allSatisfy(\.isEqual) }

    package var rows: Int { tables.reduce(0) { $0 + $1.source.rows } }
}

/// How far a copy has come: told after each page.
package struct CopyProgress: Sendable, Hashable {
    package enum Step: Sendable, Hashable { case copying, verifying }

    package var step: Step
    package var table: String
    /// Rows of all tables that this step has done, those of earlier runs included.
    package var rows: Int
    /// Rows of all tables when the copy was started.
    package var total: Int
}
