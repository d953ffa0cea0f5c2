import Curl
import Spec
import Store
import Synchronization

extension DeliveryEngine {
    func sendLoop() async {
        while !Task.isCancelled {
            sendAll()
            await sendSignal.wait()
        }
    }

    /// Starts attempts as long as the lanes give any.
    private func sendAll() {
        let table = routes
        while let delivery = nextToSend() {
            guard let route = table.routes[delivery.webhookID] ?? routes.routes[delivery.webhookID] else {
                // The webhook is gone, and its deliveries with it; if only this table does not know it yet, they are due again.
                settle(.released(delivery, dueAt: now(), reason: nil), failed: nil)
                continue
            }
            if let reason = route.parkedReason {
                settle(.released(delivery, dueAt: nil, reason: reason), failed: nil)
                continue
            }
            send(delivery, along: route)
        }
    }

    private func nextToSend() -> ClaimedDelivery? {
        let (delivery, needsFetch) = state.withLock { state -> (ClaimedDelivery?, Bool) in
            // Results that cannot be written must not pile up: sending waits for the state.
            guard state.phase == .running, state.settlements.count < 8192 else { return (nil, false) }
            let delivery = state.lanes.next()
            return (delivery, state.lanes.hasRoomForStarved)
        }
        if needsFetch { fetchSignal.ring() }
        return delivery
    }

    private func send(_ delivery: ClaimedDelivery, along route: WebhookRoute) {
        let start = now()
        var headers = route.headers
        headers.append(("Content-Type", "application/json"))
        if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) { headers.append(("User-Agent", configuration.userAgent)) }
        headers += route.signer?.headers(id: delivery.eventID.text, body: delivery.body, at: start) ?? []
        let request = OutgoingRequest(
            method: "POST", url: route.url, headers: headers, body: delivery.body, timeout: configuration.requestTimeout,
            maximumBodyBytes: 64 << 10, overflow: .truncates)
        let schedule = RetrySchedule(route.retryConfig)
        client.submit(request) { [self] result in
            end(delivery, result, start: start, schedule: schedule)
        }
    }

    /// Runs on the client's thread.
    private func end(
        _ delivery: ClaimedDelivery, _ result: Result<IncomingResponse, TransferError>, start: Timestamp, schedule: RetrySchedule
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
            return settle(.released(delivery, dueAt: end, reason: nil), failed: nil)
        case .failure(let error):
            outcome = .failed(error.kind)
            attempt.error = "\(error.kind.rawValue): \(error.message)"
        }
        let verdict = AttemptVerdict(
            outcome, retriesLeft: delivery.retriesLeft, schedule: schedule, at: end, jitter: Double.random(in: 0...1))
        settle(.attempted(delivery, attempt, verdict), failed: verdict.health != .well)
    }

    private func settle(_ settlement: Settlement, failed: Bool?) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch settlement {
            case .attempted(let delivery, _, _), .released(let delivery, _, _): state.lanes.finish(delivery.webhookID, failed: failed)
            }
            state.settlements.append(settlement)
            guard state.lanes.underWay == 0 else { return nil }
            defer { state.idleWaiter = nil }
            return state.idleWaiter
        }
        waiter?.resume()
        recordSignal.ring()
        sendSignal.ring()
    }
}
