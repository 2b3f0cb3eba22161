using KvCompose.Shared;

namespace KvCompose.Generators.Emit;

/// <summary>Sums and products as a person writes them: nothing is multiplied by 1, and 0 is not added.</summary>
internal static class Expression
{
    /// <summary><c>factor * value</c>.</summary>
    public static string Times(int factor, string value) => factor switch
    {
        0 => "0",
        1 => value,
        _ => CSharpLiteral.Of(factor) + " * " + value,
    };

    /// <summary><c>first + second + …</c>; products stand in parentheses.</summary>
    public static string Plus(params string[] terms)
    {
        string[] present = [.. terms.Where(static term => term is not ("" or "0"))];
        return present.Length switch
        {
            0 => "0",
            1 => present[0],
            _ => string.Join(" + ", present.Select(static term => term.Contains(" * ") && term[0] != '(' ? $"({term})" : term)),
        };
    }

    /// <summary><c>value + number</c>.</summary>
    public static string Plus(string value, int number) => Plus(value, CSharpLiteral.Of(number));
}
