/// Where a session stands (PQtransactionStatus).
package enum TransactionStatus: Sendable, Hashable {
    /// In no transaction.
    case idle
    case open
    /// In a transaction that can only be rolled back.
    case failed
    /// The connection is closed or broken.
    case unknown
}
