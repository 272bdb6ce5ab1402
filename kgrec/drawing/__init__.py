"""Pictures without a program: SVG, element by element, and the style sheets of all pictures."""
