using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace KvCompose;

/// <summary>Writes the profile file of the method's authors, with today's class names.</summary>
internal static class HeadProfileWriter
{
    public static string Write(HeadProfile profile)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = 4 }))
        {
            json.WriteStartObject();
            WriteMeta(json, profile);
            WriteMatrix(json, HeadProfileFields.Classes, profile.Classes, headClass => json.WriteNumberValue((int)headClass));
            WriteMatrix(json, HeadProfileFields.Weights, profile.Weights, json.WriteNumberValue);
            WriteStars(json, profile);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteMeta(Utf8JsonWriter json, HeadProfile profile)
    {
        json.WriteStartObject(HeadProfileFields.Meta);
        json.WriteStartObject(HeadProfileFields.TypeMap);
        foreach ((HeadClass headClass, string name, _) in HeadProfileFields.ClassNames)
        {
            json.WriteNumber(name, (int)headClass);
        }

        json.WriteEndObject();
        json.WriteStartObject(HeadProfileFields.Counts);
        foreach ((HeadClass headClass, string name, _) in HeadProfileFields.ClassNames)
        {
            json.WriteNumber(name, profile.Count(headClass));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMatrix<T>(Utf8JsonWriter json, string field, ImmutableArray<ImmutableArray<T>> rows, Action<T> write)
    {
        json.WriteStartArray(field);
        foreach (ImmutableArray<T> row in rows)
        {
            json.WriteStartArray();
            foreach (T value in row)
            {
                write(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteStars(Utf8JsonWriter json, HeadProfile profile)
    {
        json.WriteStartArray(HeadProfileFields.Stars);
        foreach (var layer in profile.Stars)
        {
            json.WriteStartObject();
            foreach (PivotGroup star in layer)
            {
                json.WriteStartArray(star.Pivot.ToString(CultureInfo.InvariantCulture));
                foreach (int satellite in star.Satellites)
                {
                    json.WriteNumberValue(satellite);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
