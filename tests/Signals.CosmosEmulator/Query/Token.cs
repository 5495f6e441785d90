namespace Signals.CosmosEmulator.Query;

internal enum TokenKind
{
    Word,
    Parameter,
    Text,
    Number,
    Symbol,
    End,
}

/// <summary>A piece of a query and where it begins.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int At)
{
    public bool Is(string word) => Kind is TokenKind.Word or TokenKind.Symbol && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
