"""The cluster of the proof: API server, istiod, Pods and their proxies."""
