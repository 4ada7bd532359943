"""What happened is told to the addresses that marketplaces and sellers gave: to whom, how it is sent, and how it is looked up again."""
