/// A delivery with its newest attempts, in the order made.
package struct AttemptedDelivery: Sendable, Equatable {
    package var record: DeliveryRecord
    package var attempts: [DeliveryAttempt]
}
