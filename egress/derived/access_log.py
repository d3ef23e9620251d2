"""The gateway's access log: one JSON line a request or connection, with who asked for what.

Source: Envoy, "Access logging", command operators. No header of the application and no query is written.
"""

from collections.abc import Mapping

SOURCE_PRINCIPAL = "source_principal"
"""The caller's workload identity, spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT; `-` where the caller showed none."""

GATEWAY_ADDRESS = "gateway_address"
"""Where the caller reached the proxy, with the port."""

HANDSHAKE_FAILURE = "downstream_transport_failure_reason"
"""Why the caller's TLS handshake failed; `-` or nothing where it did not."""

FIELDS: Mapping[str, str] = {
    "start_time": "%START_TIME%",
    SOURCE_PRINCIPAL: "%DOWNSTREAM_PEER_URI_SAN%",
    "source_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    GATEWAY_ADDRESS: "%DOWNSTREAM_LOCAL_ADDRESS%",
    "sni": "%REQUESTED_SERVER_NAME%",
    "authority": "%REQ(:AUTHORITY)%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "response_code": "%RESPONSE_CODE%",
    "response_flags": "%RESPONSE_FLAGS%",
    # Both name the rule that refused: `rbac_access_denied_matched_policy[...]`, for HTTP and for TCP.
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
    HANDSHAKE_FAILURE: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
    "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    "upstream_host": "%UPSTREAM_HOST%",
    "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "duration": "%DURATION%",
    "request_id": "%REQ(X-REQUEST-ID)%",
}
"""Field by field, Envoy's operators."""
