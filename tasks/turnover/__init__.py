"""The turnover river: bookings of AFAS, summed per register and date, overwrite those register-days in Staff."""
