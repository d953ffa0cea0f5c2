import Spec
package import Values

extension Writing {
    /// Replaces the signing secret of a webhook; the one that stood there goes on signing beside it until the overlap ends.
    ///
    /// An overlap that was under way ends with this one.
    package func replaceSigningSecret(of id: String, by secret: Secret, overlap: Duration, at now: Timestamp) throws {
        if overlap > .zero, let old = try secrets(of: id)["secret"] {
            try setSecret(PreviousSecret.write(old, until: now + overlap), of: id, field: PreviousSecret.field, at: now)
        } else {
            try deleteSecret(of: id, field: PreviousSecret.field)
        }
        try setSecret(secret, of: id, field: "secret", at: now)
    }
}
