import Spec
package import Values

extension Writing {
    /// Replaces the signing secret of a webhook; the one that stood there goes on signing beside it until the overlap ends.
    ///
    /// An overlap that was under way ends with this one.
    package func replaceSigningSecret(of id: String, by secret: Secret, overlap: Duration, at now: Timestamp) throws {
        try replaceSigningSecrets([ResourceSecret(resourceID: id, field: "secret", value: secret)], overlap: overlap, at: now)
    }

    /// The same for many webhooks, with one wait.
    ///
    /// - Parameter secrets: the new ones, of the field `secret`; of one webhook one.
    package func replaceSigningSecrets(_ secrets: [ResourceSecret], overlap: Duration, at now: Timestamp) throws {
        let ids = Set(secrets.map(\.resourceID))
        let old = overlap > .zero ? try self.secrets(ofResources: ids).compactMapValues { $0["secret"] } : [:]
        let previous = old.map { id, secret in
            ResourceSecret(resourceID: id, field: PreviousSecret.field, value: PreviousSecret.write(secret, until: now + overlap))
        }
        try deleteSecrets(ids.filter { old[$0] == nil }.map { (resourceID: $0, field: PreviousSecret.field) })
        try setSecrets(secrets + previous, at: now)
    }
}
