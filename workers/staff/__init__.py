"""Staff's side: organisations, registers, what they are linked to, and the turnover that is written for them."""
