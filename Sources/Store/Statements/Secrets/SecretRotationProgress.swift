/// How far a rotation has come: told after each page.
package struct SecretRotationProgress: Sendable, Equatable {
    /// Counts from 1; the last pass finds nothing and is not told.
    package var pass: Int
    package var column: SealedColumn
    /// Values sealed anew since the rotation was started.
    package var resealed: Int
}
