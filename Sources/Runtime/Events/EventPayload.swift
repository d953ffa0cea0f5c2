package import Values

/// What receivers get, fixed when the event is accepted.
package enum EventPayload {
    /// `{"event","timestamp","workspaceId","data"}` as ECMAScript's `JSON.stringify` writes it.
    package static func text(type: String, workspace: String, data: JSON, at moment: Timestamp) -> String {
        JSON.object(
            JSONObject([
                ("event", .string(type)), ("timestamp", .string(moment.description)), ("workspaceId", .string(workspace)), ("data", data),
            ])
        ).text
    }
}
