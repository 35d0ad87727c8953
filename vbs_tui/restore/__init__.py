"""A restore from intention to verdict. Knows ``cloud``; knows no screen."""
