import Curl
import Spec
import Values

/// What the body of a creation or an update makes of a webhook, by the table and the rules of a manifest.
struct WebhookChange {
    /// The webhook after the change.
    let spec: WebhookSpec
    /// Values of secrets that the body gives, by field.
    let secrets: [String: Secret]
    /// The fields that the body names.
    private let named: FieldSet

    /// - Parameters:
    ///   - current: what an update starts from; nil for a creation, which needs name, URL and events.
    ///   - eventProblem: what is wrong with an event type in the workspace, and which one was meant where that is asked for.
    init(
        _ body: JSON, current: WebhookSpec?, policy: AddressPolicy,
        eventProblem: @escaping (_ type: String, _ suggests: Bool) throws -> String?
    ) throws {
        guard let object = body.object else { throw APIError.invalid("body", "must be an object") }
        var reader = BodyReader(
            isUpdate: current != nil, limit: APIError.maximumDetails, urlProblem: { Self.addressProblem($0, policy: policy) },
            referenceProblem: { _, type, suggests in try eventProblem(type, suggests) })
        var spec = current ?? WebhookSpec.fields.blank
        named = spec.read(object, by: &reader)
        if let current, named.contains(Self.url) { Self.demandHeaderSecrets(of: spec, formerly: current, &reader) }
        try reader.finish()
        self.spec = spec
        secrets = reader.secrets
    }

    /// Whether the body sets the status ACTIVE, which also ends what disabled the webhook.
    var activates: Bool { named.contains(Self.status) && spec.status == .active }

    /// Whether it does nothing else: an act that is allowed whoever declares the webhook.
    var onlyActivates: Bool { activates && named == Self.status }

    private static let status = WebhookSpec.fields.set(of: \.status)
    private static let url = WebhookSpec.fields.set(of: \.url)

    private static func addressProblem(_ url: String, policy: AddressPolicy) -> String? {
        guard let parsed = try? WebURL(url) else { return "is no URL" }
        return policy.refusal(ofHost: parsed.host)?.description
    }

    /// Stored values of headers were given for one address: at another one, each that would still be sent is given again.
    private static func demandHeaderSecrets(of spec: WebhookSpec, formerly current: WebhookSpec, _ reader: inout BodyReader) {
        guard destination(of: spec.url) != destination(of: current.url) else { return }
        for header in spec.headers {
            guard case .secret = header.value, reader.secrets["headers.\(header.name)"] == nil else { continue }
            reader.report("headers.\(header.name)", "must be given again: its value does not follow the webhook to another address")
        }
    }

    private static func destination(of url: String) -> String { (try? WebURL(url))?.destination ?? url }
}
