/// Some of the fields of one table, by position.
package struct FieldSet: OptionSet, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    init(position: Int) { rawValue = 1 << UInt64(position) }
}
