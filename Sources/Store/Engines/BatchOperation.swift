/// A write of which many are done at once: everyone who asks at the same time shares a transaction, and so one wait for the disk.
///
/// It sorts its rows by their key, so that two batches never wait for each other in a ring.
protocol BatchOperation {
    associatedtype Input: Sendable
    associatedtype Output: Sendable

    /// Where its statements stand in a batch: tables are always locked in the same order.
    static var order: BatchOrder { get }

    /// Does all of it; one output an input, in order. Nothing of it is kept if it throws: each input is then tried by itself.
    static func run(_ inputs: [Input], in writing: Writing) throws -> [Output]
}

/// The order of tables in a batch.
enum BatchOrder: Int, Sendable, Comparable, CaseIterable {
    case events
    case deliveries
    case limits
    case keyUses
    /// Closures, one after another.
    case others

    static func < (left: BatchOrder, right: BatchOrder) -> Bool { left.rawValue < right.rawValue }
}
