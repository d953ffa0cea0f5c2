import Spec
import Store

extension ActivityLog {
    /// The warning that belongs to `log` where the provider's token has ended when it arrives; nil where it has not.
    static func deadOnArrival(_ grant: Grant, of id: ConnectionID, _ log: ActivityLog) -> ActivityLog? {
        guard let end = grant.expiresAt, end <= log.at else { return nil }
        return ActivityLog(
            workspace: log.workspace, integrationID: log.integrationID, connectionID: id.text, level: .warning, action: "oauth.token_dead",
            message: "the provider's token ends when it is issued (`expires_in` is 0); it is renewed once a minute", actor: nil, at: log.at)
    }
}

extension ConnectionRecord {
    /// Whether the tokens in hand had ended when they came.
    var endedOnArrival: Bool { expiresAt.map { $0 <= refreshedAt ?? createdAt } ?? false }
}
