"""HTTP of the simulated cloud: requests and answers as data, error bodies, paging, the wire."""
