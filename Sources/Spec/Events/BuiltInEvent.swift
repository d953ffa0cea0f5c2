/// The event types that every workspace has without declaring them.
package enum BuiltInEvent: String, Sendable, CaseIterable {
    case postPublished = "POST_PUBLISHED"
    case postScheduled = "POST_SCHEDULED"
    case postFailed = "POST_FAILED"
    case mentionReceived = "MENTION_RECEIVED"
    case messageReceived = "MESSAGE_RECEIVED"
    case conversationAssigned = "CONVERSATION_ASSIGNED"
    case alertTriggered = "ALERT_TRIGGERED"
    case campaignStarted = "CAMPAIGN_STARTED"
    case campaignCompleted = "CAMPAIGN_COMPLETED"
    case approvalRequested = "APPROVAL_REQUESTED"
    case approvalCompleted = "APPROVAL_COMPLETED"
}
