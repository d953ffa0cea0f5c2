import Store
import Values

extension ActivityLog {
    /// The warning that goes with `log`, and has its workspace and time, where the token that the provider has just given has ended
    /// already; nil where it has not.
    static func expiredOnIssue(_ grant: Grant, of id: ConnectionID, beside log: ActivityLog) -> ActivityLog? {
        guard let end = grant.expiresAt, end <= log.at else { return nil }
        return ActivityLog(
            workspace: log.workspace, integrationID: log.integrationID, connectionID: id.text, level: .warning, action: "oauth.token_dead",
            message: "the provider's token ends when it is issued (`expires_in` is 0); it is renewed once a minute", actor: nil, at: log.at)
    }
}

extension ConnectionRecord {
    /// Whether the present access token had ended already when the provider gave it.
    var isExpiredOnIssue: Bool { expiresAt.map { $0 <= refreshedAt ?? createdAt } ?? false }
}
