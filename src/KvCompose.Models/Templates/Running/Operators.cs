using System.Numerics;
using KvCompose.Models.Templates.Functions;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Operators of two values, other than comparisons.</summary>
internal static class Operators
{
    public static object Apply(TemplateRun run, string sign, object left, object right)
    {
        if (Arithmetic.Apply(sign, left, right) is { } number)
        {
            return number;
        }

        if (sign == "%" && left is Text format)
        {
            return PrintfFormat.Format(run, format, right);
        }

        if (left is Undefined a)
        {
            throw a.Fault();
        }

        if (right is Undefined b)
        {
            throw b.Fault();
        }

        return sign switch
        {
            "+" => Add(run, left, right),
            "*" => Multiply(run, left, right),
            _ => throw Unsupported(sign, left, right),
        };
    }

    private static object Add(TemplateRun run, object left, object right)
    {
        switch (left, right)
        {
            case (Text a, Text b):
                return new TextBuilder(run).Append(a).Append(b).ToText();
            case (ListValue a, ListValue b):
                run.PaySteps(a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]);
            case (TupleValue a, TupleValue b):
                run.PaySteps(a.Items.Length + b.Items.Length);
                return new TupleValue([.. a.Items, .. b.Items]);
            default:
                throw Unsupported("+", left, right);
        }
    }

    private static object Multiply(TemplateRun run, object left, object right)
    {
        (object items, object times) = Arithmetic.TryInteger(right, out _) ? (left, right) : (right, left);
        if (!Arithmetic.TryInteger(times, out BigInteger exact))
        {
            throw Unsupported("*", left, right);
        }

        int count = (int)BigInteger.Clamp(exact, 0, int.MaxValue);
        switch (items)
        {
            case Text text:
                run.Pay((long)text.Value.Length * count);
                run.PaySteps(text.HasContent ? count : 0);
                var repeated = new TextBuilder();
                for (int i = 0; text.Value.Length > 0 && i < count; i++)
                {
                    repeated.Append(text);
                }

                return repeated.ToText();
            case ListValue list:
                return new ListValue(Repeat(run, list.Items, count));
            case TupleValue tuple:
                return new TupleValue([.. Repeat(run, tuple.Items, count)]);
            default:
                throw Unsupported("*", left, right);
        }
    }

    private static List<object> Repeat(TemplateRun run, IReadOnlyList<object> items, int times)
    {
        run.PaySteps((long)items.Count * times);
        var repeated = new List<object>(items.Count * times);
        for (int i = 0; items.Count > 0 && i < times; i++)
        {
            repeated.AddRange(items);
        }

        return repeated;
    }

    private static TemplateFault Unsupported(string sign, object left, object right) =>
        TemplateFault.Type($"unsupported operand type(s) for {sign}: '{Kinds.Name(left)}' and '{Kinds.Name(right)}'");
}
