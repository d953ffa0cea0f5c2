import YAML

extension DocumentDecoder {
    mutating func webhook(_ key: Node, _ value: Node) {
        guard var spec: WebhookSpec = resource(.webhook, key, value) else { return }
        if spec.name.isEmpty { spec.name = key.text }
        add(key, .webhook, .webhook(spec), preventDestroy: preventDestroy)
    }
}
