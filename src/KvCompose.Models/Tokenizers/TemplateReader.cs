using KvCompose.Models.Json;

namespace KvCompose.Models.Tokenizers;

/// <summary>Reads which tokens the post-processor of a tokenizer.json puts before and after a text.</summary>
internal static class TemplateReader
{
    public static (int[] Before, int[] After) Read(JsonFields root)
    {
        if (!root.Has("post_processor"))
        {
            return ([], []);
        }

        JsonFields processor = root.Object("post_processor");
        JsonFields[] steps = processor.Text("type") == "Sequence" ? [.. processor.Objects("processors")] : [processor];
        (int[] Before, int[] After) tokens = ([], []);
        bool seen = false;
        foreach (JsonFields step in steps)
        {
            switch (step.Text("type"))
            {
                case "ByteLevel":
                    break;
                case "TemplateProcessing" when !seen:
                    seen = true;
                    tokens = ReadTemplate(step);
                    break;
                default:
                    throw step.Unsupported("type", "ByteLevel or one TemplateProcessing");
            }
        }

        return tokens;
    }

    private static (int[] Before, int[] After) ReadTemplate(JsonFields template)
    {
        var before = new List<int>();
        var after = new List<int>();
        bool textSeen = false;
        foreach (JsonFields part in template.Objects("single"))
        {
            if (part.Has("SpecialToken"))
            {
                string name = part.Object("SpecialToken").RequiredText("id");
                int[] ids = template.Object("special_tokens").Object(name).IntegerOrList("ids", 0, 1 << 24);
                (textSeen ? after : before).AddRange(ids);
            }
            else
            {
                part.Object("Sequence");
                textSeen = true;
            }
        }

        return ([.. before], [.. after]);
    }
}
