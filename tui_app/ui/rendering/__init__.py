"""How values become cells on a screen: safe text, widths, times, signs. No widgets."""
