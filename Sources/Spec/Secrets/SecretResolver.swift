import FoundationEssentials
package import Values

/// Reads the secrets that resources refer to, from the environment and files of whoever plans or applies.
package struct SecretResolver: Sendable {
    private let environment: [String: String]
    private let directory: String?
    private let readFile: @Sendable (String) -> [UInt8]?

    /// - Parameters:
    ///   - directory: where the names of manifests count from; as for `ManifestReader`.
    ///   - readFile: the content of a file, nil where it cannot be read.
    package init(
        environment: [String: String], directory: String? = nil,
        readFile: @escaping @Sendable (String) -> [UInt8]? = { FileManager.default.contents(atPath: $0).map { Array($0) } }
    ) {
        self.environment = environment
        self.directory = directory
        self.readFile = readFile
    }

    /// Reads every secret of the resources; `stored` ones are in the state and left out.
    ///
    /// A relative file counts from the folder of the manifest that names it (`Resource.source`).
    package func resolve(_ resources: [Resource], places: SecretPlaces = .none) -> SecretResolution {
        var values: [Address: [String: Secret]] = [:]
        var problems: [SecretProblem] = []
        for resource in resources {
            for (field, source) in resource.spec.secrets {
                let result: Result<Secret, Failure>
                switch source {
                case .environment(let name): result = environmentValue(name)
                case .file(let path): result = fileValue(path, for: resource)
                case .stored: continue
                }
                switch result.flatMap({ check($0, field: field) }) {
                case .success(let secret): values[resource.address, default: [:]][field] = secret
                case .failure(let failure):
                    problems.append(
                        SecretProblem(address: resource.address, field: field, summary: failure.summary, detail: failure.detail))
                }
            }
        }
        return SecretResolution(values: values, diagnostics: problems.isEmpty ? [] : places.diagnostics(problems))
    }

    private struct Failure: Error {
        var summary: String
        var detail: String?
    }

    private func environmentValue(_ name: String) -> Result<Secret, Failure> {
        guard let value = environment[name] else {
            return .failure(Failure(summary: "the environment has no variable `\(name)`", detail: "set it where this command runs"))
        }
        guard !value.isEmpty else {
            return .failure(Failure(summary: "the environment variable `\(name)` is empty", detail: "set it where this command runs"))
        }
        return .success(Secret(value))
    }

    private func fileValue(_ path: String, for resource: Resource) -> Result<Secret, Failure> {
        guard let bytes = readFile(location(path, besides: resource.source.file)) else {
            return .failure(
                Failure(summary: "the file \(quoted(path)) cannot be read", detail: "a relative path counts from the manifest's folder"))
        }
        guard bytes.count <= SecretRules.valueLimit else {
            return .failure(Failure(summary: "the file \(quoted(path)) is longer than \(SecretRules.valueLimit) bytes", detail: nil))
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            return .failure(Failure(summary: "the file \(quoted(path)) is no text in UTF-8", detail: nil))
        }
        // Editors end a file with a line break that is no part of the secret; CR LF is one character.
        if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
        guard !text.isEmpty else {
            return .failure(Failure(summary: "the file \(quoted(path)) is empty", detail: "write the secret into it"))
        }
        return .success(Secret(text))
    }

    private func check(_ secret: Secret, field: String) -> Result<Secret, Failure> {
        let value = secret.reveal()
        if value.utf8.count > SecretRules.valueLimit {
            return .failure(Failure(summary: "the secret is longer than \(SecretRules.valueLimit) bytes", detail: nil))
        }
        if field.hasPrefix("headers."), let problem = WebhookRules.headerValueProblem(value) {
            return .failure(Failure(summary: "the secret \(problem), because it is the value of a header", detail: nil))
        }
        if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return .failure(
                Failure(
                    summary: "the secret has a control character or a line break in it", detail: "check that it was copied whole and alone")
            )
        }
        return .success(secret)
    }

    private func location(_ path: String, besides manifest: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        let folder = manifest.lastIndex(of: "/").map { manifest[..<$0] + "/" } ?? ""
        let isAbsolute = manifest.hasPrefix("/")
        return (isAbsolute ? "" : directory.map { $0 + "/" } ?? "") + folder + path
    }
}

/// Secrets by address and field, and what is wrong with those that cannot be had.
package struct SecretResolution: Sendable {
    package var values: [Address: [String: Secret]]
    package var diagnostics: [Diagnostic]
}
