using System.Numerics;
using System.Runtime.CompilerServices;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Equality, order, membership and hashing as in Python.</summary>
internal static class Comparing
{
    private const int Deepest = 200;

    public static bool Holds(TemplateRun run, string sign, object left, object right) => sign switch
    {
        "==" => Equal(left, right),
        "!=" => !Equal(left, right),
        "<" => Order(left, right, "<") is < 0,
        "<=" => Order(left, right, "<=") is <= 0,
        ">" => Order(left, right, ">") is > 0,
        ">=" => Order(left, right, ">=") is >= 0,
        "in" => In(run, left, right),
        _ => !In(run, left, right),
    };

    public static bool Equal(object a, object b, int depth = 0)
    {
        if (depth > Deepest)
        {
            throw TemplateFault.Limit("values nested too deeply");
        }

        if (Kinds.IsNumber(a) && Kinds.IsNumber(b))
        {
            return CompareNumbers(a, b) == 0;
        }

        return (a, b) switch
        {
            (Text x, Text y) => x.Value == y.Value,
            (ListValue x, ListValue y) => EqualItems(x.Items, y.Items, depth),
            (TupleValue x, TupleValue y) => EqualItems(x.Items, y.Items, depth),
            (DictValue x, DictValue y) => x.Count == y.Count
                && x.Pairs.All(pair => y.TryGet(pair.Key, out object other) && Equal(pair.Value, other, depth + 1)),
            (RangeValue x, RangeValue y) => x.Count == y.Count
                && (x.Count == 0 || (x.Start == y.Start && (x.Count == 1 || x.Step == y.Step))),
            (BytesValue x, BytesValue y) => x.Bytes.AsSpan().SequenceEqual(y.Bytes),
            (Undefined, Undefined) => true,
            _ => ReferenceEquals(a, b),
        };
    }

    /// <summary>Less than 0, 0 or more; null if one of them is not a number (NaN) and no order holds.</summary>
    public static int? Order(object a, object b, string sign = "<", int depth = 0)
    {
        if (depth > Deepest)
        {
            throw TemplateFault.Limit("values nested too deeply");
        }

        if (Kinds.IsNumber(a) && Kinds.IsNumber(b))
        {
            return CompareNumbers(a, b);
        }

        if ((a as Undefined ?? b as Undefined) is { } undefined)
        {
            throw undefined.Fault();
        }

        return (a, b) switch
        {
            (Text x, Text y) => Text.Compare(x.Value, y.Value),
            (ListValue x, ListValue y) => OrderItems(x.Items, y.Items, sign, depth),
            (TupleValue x, TupleValue y) => OrderItems(x.Items, y.Items, sign, depth),
            _ => throw TemplateFault.Type(
                $"'{sign}' not supported between instances of '{Kinds.Name(a)}' and '{Kinds.Name(b)}'"),
        };
    }

    public static int Hash(object value) => value switch
    {
        double d when !double.IsInteger(d) => d.GetHashCode(),
        double d => new BigInteger(d).GetHashCode(),
        bool b => new BigInteger(b ? 1 : 0).GetHashCode(),
        BigInteger i => i.GetHashCode(),
        Text text => text.Value.GetHashCode(),
        TupleValue tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, HashNested(item))),
        Undefined => 1,
        ListValue or DictValue or NamespaceValue => throw TemplateFault.Type($"unhashable type: '{Kinds.Name(value)}'"),
        _ => RuntimeHelpers.GetHashCode(value),
    };

    public static bool In(TemplateRun run, object item, object container)
    {
        switch (container)
        {
            case Text text:
                return item is Text part
                    ? text.Value.Contains(part.Value, StringComparison.Ordinal)
                    : throw TemplateFault.Type($"'in <string>' requires string as left operand, not {Kinds.Name(item)}");
            case DictValue dict:
                return dict.TryGet(item, out _);
            case DictView { Name: "dict_keys" } keys:
                return keys.Dict.TryGet(item, out _);
            case NamespaceValue or None:
                throw TemplateFault.Type($"argument of type '{Kinds.Name(container)}' is not iterable");
            default:
                foreach (object other in run.Iterate(container))
                {
                    if (Equal(item, other))
                    {
                        return true;
                    }
                }

                return false;
        }
    }

    private static int HashNested(object item) =>
        RuntimeHelpers.TryEnsureSufficientExecutionStack() ? Hash(item) : throw TemplateFault.Limit("values nested too deeply");

    private static bool EqualItems(IReadOnlyList<object> a, IReadOnlyList<object> b, int depth)
    {
        for (int i = 0; i < a.Count && a.Count == b.Count; i++)
        {
            if (!ReferenceEquals(a[i], b[i]) && !Equal(a[i], b[i], depth + 1))
            {
                return false;
            }
        }

        return a.Count == b.Count;
    }

    private static int? OrderItems(IReadOnlyList<object> a, IReadOnlyList<object> b, string sign, int depth)
    {
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (!Equal(a[i], b[i], depth + 1))
            {
                return Order(a[i], b[i], sign, depth + 1);
            }
        }

        return a.Count.CompareTo(b.Count);
    }

    private static int? CompareNumbers(object a, object b)
    {
        bool wholeA = Arithmetic.TryInteger(a, out BigInteger x), wholeB = Arithmetic.TryInteger(b, out BigInteger y);
        if (wholeA && wholeB)
        {
            return x.CompareTo(y);
        }

        if (!wholeA && !wholeB)
        {
            double left = (double)a, right = (double)b;
            return double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);
        }

        return wholeA ? -CompareFloat((double)b, x) : CompareFloat((double)a, y);
    }

    private static int? CompareFloat(double a, BigInteger b)
    {
        if (double.IsNaN(a))
        {
            return null;
        }

        if (double.IsInfinity(a))
        {
            return a > 0 ? 1 : -1;
        }

        int order = new BigInteger(Math.Floor(a)).CompareTo(b);
        return order == 0 && !double.IsInteger(a) ? 1 : order;
    }
}
