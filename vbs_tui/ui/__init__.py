"""The screen: shows and asks; decides nothing and speaks no HTTP."""
