using System.Globalization;
using System.Text;

namespace KvCompose.Models.Templates.Functions;

/// <summary>strftime of C, in English.</summary>
internal static class Clock
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            char directive = format[++i], pad = '\0';
            if (directive is '-' or '_' or '0' && i + 1 < format.Length)
            {
                pad = directive;
                directive = format[++i];
            }

            string? value = Value(time, directive);
            text.Append(value is null ? "%" + (pad == 0 ? "" : pad.ToString()) + directive : Pad(value, pad));
        }

        return text.ToString();
    }

    private static string Pad(string value, char pad)
    {
        if (pad is '\0' or '0' || value.Length == 0 || !value.All(c => char.IsAsciiDigit(c) || c == ' '))
        {
            return pad == '0' ? value.Replace(' ', '0') : value;
        }

        string digits = value.TrimStart(' ', '0');
        digits = digits.Length == 0 ? "0" : digits;
        return pad == '-' ? digits : digits.PadLeft(value.Length);
    }

    private static string? Value(DateTime time, char directive) => directive switch
    {
        'Y' => Text(time, "yyyy"),
        'y' => Text(time, "yy"),
        'C' => (time.Year / 100).ToString("00", CultureInfo.InvariantCulture),
        'm' => Text(time, "MM"),
        'd' => Text(time, "dd"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'B' => Text(time, "MMMM"),
        'b' or 'h' => Text(time, "MMM"),
        'A' => Text(time, "dddd"),
        'a' => Text(time, "ddd"),
        'H' => Text(time, "HH"),
        'I' => Text(time, "hh"),
        'k' => time.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'l' => Text(time, "%h").PadLeft(2),
        'M' => Text(time, "mm"),
        'S' => Text(time, "ss"),
        'f' => Text(time, "ffffff"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'U' => Week((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7),
        'W' => Week((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7),
        'V' => Week(ISOWeek.GetWeekOfYear(time)),
        'G' => ISOWeek.GetYear(time).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
        'D' or 'x' => Text(time, "MM'/'dd'/'yy"),
        'F' => Text(time, "yyyy-MM-dd"),
        'T' or 'X' => Text(time, "HH:mm:ss"),
        'R' => Text(time, "HH:mm"),
        'r' => Text(time, "hh:mm:ss ") + (time.Hour < 12 ? "AM" : "PM"),
        'c' => Text(time, "ddd MMM ") + time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + Text(time, " HH:mm:ss yyyy"),
        's' => new DateTimeOffset(time).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'z' or 'Z' => "", // The time carries no zone.
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Week(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    private static string Text(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
