/// What `NOTIFY` sent to a channel that the connection listens on.
package struct Notification: Sendable, Hashable {
    package let channel: String
    /// Shorter than 8,000 bytes; empty where none was given.
    package let payload: String
    /// The backend that sent it, which may be the connection's own.
    package let pid: Int32
}
