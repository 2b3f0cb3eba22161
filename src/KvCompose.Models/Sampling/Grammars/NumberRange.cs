using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvCompose.Models.Sampling.Grammars;

/// <summary>Numbers between bounds, digit by digit.</summary>
internal static class NumberRange
{
    private const int MostDigits = 15;
    private const int MostPlaces = 6;

    public static GrammarNode Of(SchemaKeywords keywords, bool whole)
    {
        decimal? least = Bound(keywords, "minimum"), above = Bound(keywords, "exclusiveMinimum");
        decimal? most = Bound(keywords, "maximum"), below = Bound(keywords, "exclusiveMaximum");
        if (Bound(keywords, "multipleOf") is { } step && !(whole && step == 1))
        {
            throw new GrammarException(keywords.At("multipleOf"), "multipleOf is not supported");
        }

        if (least is null && above is null && most is null && below is null)
        {
            return whole ? JsonNodes.AnyInteger : JsonNodes.AnyNumber;
        }

        // Each number of decimal places is a range of whole numbers with a point put in.
        int places = whole ? 0 : new[] { least, above, most, below }.Max(bound => bound is { } value ? Places(value) : 0);
        var choices = new List<GrammarNode>();
        for (int place = 0; place <= (whole ? 0 : Math.Max(places, MostPlaces)); place++)
        {
            BigInteger unit = BigInteger.Pow(10, place), edge = BigInteger.Pow(10, MostDigits + place) - 1;
            BigInteger low = BigInteger.Max(
                least is { } l ? Scaled(l, unit, up: true) : -edge, above is { } a ? Scaled(a, unit, up: false) + 1 : -edge);
            BigInteger high = BigInteger.Min(
                most is { } m ? Scaled(m, unit, up: false) : edge, below is { } b ? Scaled(b, unit, up: true) - 1 : edge);
            Add(choices, low, high, place);
        }

        return choices.Count > 0 ? new ChoiceNode([.. choices]) : throw new GrammarException(keywords.Path, "no number is between the bounds");
    }

    private static void Add(List<GrammarNode> choices, BigInteger low, BigInteger high, int places)
    {
        if (low.Sign < 0 && low <= high)
        {
            BigInteger smallest = BigInteger.Max(-high, BigInteger.One);
            if (smallest <= -low)
            {
                choices.Add(new SequenceNode(JsonNodes.Literal("-"), Between(smallest, -low, places)));
            }
        }

        BigInteger from = BigInteger.Max(low, BigInteger.Zero);
        if (from <= high)
        {
            choices.Add(Between(from, high, places));
        }
    }

    /// <summary>The numbers from low to high, both 0 or more, with the last digits behind a point.</summary>
    private static GrammarNode Between(BigInteger low, BigInteger high, int places)
    {
        var lengths = new List<GrammarNode>();
        int shortest = Math.Max(Length(low), places + 1), longest = Math.Max(Length(high), places + 1);
        for (int length = shortest; length <= longest; length++)
        {
            BigInteger first = length == shortest ? low : BigInteger.Pow(10, length - 1);
            BigInteger last = length == longest ? high : BigInteger.Pow(10, length) - 1;
            lengths.Add(Digits(Text(first, length), Text(last, length), 0, length - places));
        }

        return new ChoiceNode([.. lengths]);
    }

    /// <summary>Texts of equal length between two, from a position on.</summary>
    private static GrammarNode Digits(string low, string high, int at, int point)
    {
        if (at == low.Length)
        {
            return JsonNodes.Empty;
        }

        GrammarNode dot = at == point ? JsonNodes.Literal(".") : JsonNodes.Empty;
        if (low.AsSpan(at).ContainsAnyExcept('0') is false && high.AsSpan(at).ContainsAnyExcept('9') is false)
        {
            return new SequenceNode(dot, Free(low.Length - at, at < point ? point - at : 0));
        }

        var choices = new List<GrammarNode>();
        if (low[at] == high[at])
        {
            choices.Add(new SequenceNode(JsonNodes.Bytes((low[at], low[at])), Digits(low, high, at + 1, point)));
            return new SequenceNode(dot, choices[0]);
        }

        string nines = new('9', low.Length), zeros = new('0', low.Length);
        choices.Add(new SequenceNode(JsonNodes.Bytes((low[at], low[at])), Digits(low, nines, at + 1, point)));
        if (low[at] + 1 < high[at])
        {
            choices.Add(new SequenceNode(JsonNodes.Bytes((low[at] + 1, high[at] - 1)), Digits(zeros, nines, at + 1, point)));
        }

        choices.Add(new SequenceNode(JsonNodes.Bytes((high[at], high[at])), Digits(zeros, high, at + 1, point)));
        return new SequenceNode(dot, new ChoiceNode([.. choices]));
    }

    /// <summary>Any digits, with a point after some of them.</summary>
    private static GrammarNode Free(int count, int beforePoint)
    {
        GrammarNode digit = JsonNodes.Bytes(('0', '9'));
        return beforePoint == 0 || beforePoint == count
            ? new RepeatNode(digit, count, count)
            : new SequenceNode(new RepeatNode(digit, beforePoint, beforePoint), JsonNodes.Literal("."), new RepeatNode(digit, count - beforePoint, count - beforePoint));
    }

    private static int Length(BigInteger value) => Text(value, 1).Length;

    private static string Text(BigInteger value, int length) => value.ToString(CultureInfo.InvariantCulture).PadLeft(length, '0');

    private static int Places(decimal value) => value.Scale;

    /// <summary>A bound times a unit, to the whole number above or below.</summary>
    private static BigInteger Scaled(decimal bound, BigInteger unit, bool up)
    {
        BigInteger numerator = new BigInteger(bound * Power(bound.Scale)) * unit, denominator = BigInteger.Pow(10, bound.Scale);
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        return rest.IsZero ? quotient : up ? (rest.Sign > 0 ? quotient + 1 : quotient) : (rest.Sign < 0 ? quotient - 1 : quotient);
    }

    private static decimal Power(int exponent)
    {
        decimal power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    private static decimal? Bound(SchemaKeywords keywords, string name)
    {
        if (keywords.Take(name) is not { } node)
        {
            return null;
        }

        const decimal largest = 999_999_999_999_999m;
        return node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal bound)
            && Math.Abs(bound) <= largest && bound.Scale <= 12
            ? bound
            : throw new GrammarException(keywords.At(name), $"a number up to {largest} with at most 12 decimal places is expected");
    }
}
