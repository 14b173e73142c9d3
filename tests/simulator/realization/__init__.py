"""PtRealization: what stands in Profit, the connector that writes it, and the GetConnector that shows it."""
