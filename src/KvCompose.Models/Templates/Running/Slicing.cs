using System.Numerics;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Slices as in Python.</summary>
internal static class Slicing
{
    public static object Slice(TemplateRun run, object value, object? start, object? stop, object? step)
    {
        switch (value)
        {
            case Text text:
                return Characters(run, text, Positions(text.Count, start, stop, step));
            case ListValue list:
                (int first, int by, int count) = Positions(list.Items.Count, start, stop, step);
                run.PaySteps(count);
                return new ListValue([.. Enumerable.Range(0, count).Select(i => list.Items[first + i * by])]);
            case TupleValue tuple:
                (first, by, count) = Positions(tuple.Items.Length, start, stop, step);
                run.PaySteps(count);
                return new TupleValue([.. Enumerable.Range(0, count).Select(i => tuple.Items[first + i * by])]);
            case RangeValue range:
                (first, by, count) = Positions(range.Count, start, stop, step);
                BigInteger from = range.Start + first * range.Step, each = range.Step * by;
                return new RangeValue(from, from + each * count, each);
            case Undefined undefined:
                throw undefined.Fault();
            default:
                throw TemplateFault.Type($"'{Kinds.Name(value)}' object cannot be sliced");
        }
    }

    /// <summary>The part from start to stop as find, count and index take it.</summary>
    public static (int Start, int Stop) Window(object? start, object? stop, int count)
    {
        (int first, _, int length) = Positions(count, start, stop, null);
        int from = Math.Max(Bound(start, 0, count, 0, int.MaxValue), 0);
        return from > count ? (from, from - 1) : (first, first + length);
    }

    private static Text Characters(TemplateRun run, Text text, (int First, int Step, int Count) slice)
    {
        (int first, int step, int count) = slice;
        if (count == 0)
        {
            return Text.Empty;
        }

        if (step == 1)
        {
            return text.Part(text.Offset(first), text.Offset(first + count));
        }

        Text[] characters = [.. text.Characters()];
        run.PaySteps(characters.Length);
        var builder = new TextBuilder(run);
        for (int i = 0; i < count; i++)
        {
            builder.Append(characters[first + i * step]);
        }

        return builder.ToText();
    }

    private static (int First, int Step, int Count) Positions(int length, object? start, object? stop, object? step)
    {
        int by = Bound(step, 1, 0, -int.MaxValue, int.MaxValue);
        if (by == 0)
        {
            throw TemplateFault.Type("slice step cannot be zero");
        }

        int from, to;
        if (by > 0)
        {
            from = Bound(start, 0, length, 0, length);
            to = Bound(stop, length, length, 0, length);
        }
        else
        {
            from = Bound(start, length - 1, length, -1, length - 1);
            to = Bound(stop, -1, length, -1, length - 1);
        }

        long distance = by > 0 ? (long)to - from : (long)from - to;
        long size = Math.Abs((long)by);
        return (from, by, distance <= 0 ? 0 : (int)((distance + size - 1) / size));
    }

    /// <summary>A given bound, counted from the end if negative, cut to the limits. Without one the default as it is.</summary>
    private static int Bound(object? given, int absent, int length, int least, int most)
    {
        if (given is null or None)
        {
            return absent;
        }

        if (!Arithmetic.TryInteger(given, out BigInteger index))
        {
            throw TemplateFault.Type("slice indices must be integers or None");
        }

        index = index.Sign < 0 ? index + length : index;
        return (int)BigInteger.Clamp(index, least, most);
    }
}
