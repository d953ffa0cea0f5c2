import Curl
import Store
import Synchronization
import Values

extension DeliveryEngine {
    func sendLoop() async {
        while !Task.isCancelled {
            sendAll()
            await sendSignal.wait()
        }
    }

    /// Starts attempts as long as the lanes give any.
    private func sendAll() {
        while let delivery = nextToSend() {
            guard let route = routes.routes[delivery.webhookID] else {
                // The webhook is gone, and its deliveries with it; if only the table does not know it yet, they are due again.
                settle(delivery, failed: nil) { .released($0, dueAt: now(), reason: nil) }
                continue
            }
            if let reason = route.parkedReason {
                settle(delivery, failed: nil) { .released($0, dueAt: nil, reason: reason) }
                continue
            }
            send(delivery, along: route)
        }
    }

    private func nextToSend() -> ClaimedDelivery? {
        let (delivery, needsFetch) = state.withLock { state -> (ClaimedDelivery?, Bool) in
            guard state.phase == .running else { return (nil, false) }
            let delivery = state.lanes.next()
            return (delivery, state.lanes.hasRoomForStarved())
        }
        if needsFetch { fetchSignal.ring() }
        return delivery
    }

    private func send(_ delivery: ClaimedDelivery, along route: WebhookRoute) {
        let start = now()
        var headers = route.headers.map { (name: $0.name, value: $0.value.reveal()) }
        headers.append(("Content-Type", "application/json"))
        if !headers.contains(where: { $0.name.isCaselesslyEqual(to: "user-agent") }) {
            headers.append(("User-Agent", configuration.userAgent))
        }
        headers += route.signer?.headers(id: delivery.eventID.text, body: delivery.body, at: start) ?? []
        let request = OutgoingRequest(
            method: "POST", url: route.url, headers: headers, body: delivery.body, timeout: configuration.requestTimeout,
            maximumBodyBytes: 64 << 10, overflow: .truncates)
        let schedule = RetrySchedule(route.retryConfig)
        client.submit(request) { [self] result in
            end(delivery, result, from: route.url, start: start, schedule: schedule)
        }
    }

    /// Runs on the client's thread.
    private func end(
        _ delivery: ClaimedDelivery, _ result: Result<IncomingResponse, TransferError>, from url: String, start: Timestamp,
        schedule: RetrySchedule
    ) {
        let end = now()
        let outcome: AttemptVerdict.Outcome
        var attempt = DeliveryAttempt(
            number: delivery.attempts + 1, at: start, duration: end - start, statusCode: nil, error: nil, response: nil)
        switch result {
        case .success(let response):
            outcome = .answered(status: response.status, retryAfter: response.header("retry-after"))
            attempt.duration = response.elapsed
            attempt.statusCode = response.status
            attempt.response = ResponseExcerpt.text(response.body)
        case .failure(let error) where error.kind == .closed || error.kind == .cancelled:
            // Ours, not the receiver's: cut off by the shutdown, to be repeated at once.
            return settle(delivery, failed: nil) { .released($0, dueAt: end, reason: nil) }
        case .failure(let error):
            outcome = .failed(error.kind)
            attempt.error = "\(error.kind.rawValue): \(error.message)"
        }
        let verdict = AttemptVerdict(
            outcome, retry: delivery.nextRetry, retriesLeft: delivery.retriesLeft, schedule: schedule,
            isCurrent: routes.routes[delivery.webhookID]?.url == url, at: end, jitter: Double.random(in: 0...1))
        settle(delivery, failed: verdict.health != .well) { .attempted($0, attempt, verdict, url: url) }
    }

    /// - Parameter settlement: made of the delivery without its body.
    private func settle(_ delivery: ClaimedDelivery, failed: Bool?, _ settlement: (ClaimedDelivery) -> Settlement) {
        var ended = delivery
        ended.body = []
        let outcome = settlement(ended)
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.lanes.finish(delivery.webhookID, bytes: delivery.body.count, failed: failed)
            state.settlements.append(outcome, of: delivery.webhookID)
            guard state.lanes.underWay == 0 else { return nil }
            defer { state.idleWaiter = nil }
            return state.idleWaiter
        }
        waiter?.resume()
        recordSignal.ring()
        sendSignal.ring()
    }
}
