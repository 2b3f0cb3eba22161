namespace KvCompose.Models.Files;

/// <summary>How the numbers of a tensor are stored. The values are the type numbers of GGUF.</summary>
internal enum StoredType
{
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    IQ4_NL = 20,
    IQ4_XS = 23,
    I8 = 24,
    I16 = 25,
    I32 = 26,
    I64 = 27,
    F64 = 28,
    BF16 = 30,
    MXFP4 = 39,

    /// <summary>Known to the file format, but with no decoder here.</summary>
    Other = -1,
}
