## settlement
