"""International airline passengers, thousands a month, 1949 to 1960, and what was published about them.

The figures: Box, Jenkins, Reinsel and Ljung (2015), "Time Series Analysis, Forecasting and Control", 5th edition,
Wiley, Series G. The airline model (0,1,1)(0,1,1)[12] of their logarithms by maximum likelihood: R 4's
`arima(log(AirPassengers), c(0,1,1), c(0,1,1))` prints ma1 -0.4018, sma1 -0.5569, sigma^2 0.001348, log-likelihood
244.7. R counts the differences out of it as we do.
"""

PASSENGERS = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118,
    115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
    171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201,
    204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278,
    284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
    340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405,
    417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
]  # fmt: skip
AIRLINE_PARAMETERS = (-0.4018, -0.5569)
AIRLINE_LOG_LIKELIHOOD = 244.7
