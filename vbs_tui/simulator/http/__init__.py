"""HTTP of the simulated cloud: requests and replies as data, error bodies, paging, the listener."""
