/// A value that nobody may see: a client secret, a token, a signing secret.
///
/// It has no readable description, no `Codable` and no reflection, so that it cannot slip into a log, a plan or an
/// error by interpolation. Its text is had from `reveal()` alone; every call of that is a place to review.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) {
        self.value = value
    }

    /// The value itself, to be handed to a cipher, a peer or its owner, and to nothing that keeps it.
    package func reveal() -> String { value }

    package var isEmpty: Bool { value.isEmpty }
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Takes the same time wherever two values of one length differ.
    package static func == (a: Secret, b: Secret) -> Bool {
        a.value.isExactly(b.value)
    }
}
